"""Commands on files given by hand: no params file, no pipeline, no data set, no tracking."""
