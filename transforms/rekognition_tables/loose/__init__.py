"""Files that are in no results root: somebody's saved answers and manifests."""
