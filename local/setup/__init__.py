"""What `local/setup.sh` runs once it has found Python 3.13."""
