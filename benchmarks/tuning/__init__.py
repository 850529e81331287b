"""Does tuning pay, and does ours find more than others in the same time? ``make bench-tune``."""
