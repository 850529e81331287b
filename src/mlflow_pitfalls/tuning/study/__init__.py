"""The study itself: trials, their folds, pruning, storage, workers, and the judgement at its end."""
