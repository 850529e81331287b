"""What earlier runs of the experiment tell: read back as settings, and a Gaussian process over them."""
