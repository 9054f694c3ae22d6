"""Reports what the results of a study say, from the records of its stages."""
