"""Reports which networks read the cue and which paths join them."""
