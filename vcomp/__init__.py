"""One typed spec per model; everything else about its deployment is rendered, run or reported from it."""

__version__ = "0.1.0"
