"""Going on from the closing layers of an earlier month."""
