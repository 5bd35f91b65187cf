"""The long checks of `make corpus`: every scan, every format, real files of other makers."""
