"""One file per task family: post-processing, metrics, drawing."""
