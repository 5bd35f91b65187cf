"""Speed and memory as ratios: the other side of every ratio runs beside ours, in the same run."""
