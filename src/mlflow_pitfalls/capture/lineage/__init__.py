"""Which rows an object holds, followed through splits, transforms and resampling without keeping data alive."""
