"""Where everything is under the results root, and how files get there whole."""
