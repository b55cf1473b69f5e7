"""What to analyse: objects and input manifests, less what was analysed before."""
