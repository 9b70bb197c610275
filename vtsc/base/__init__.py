"""What any command-line tool needs: errors, files, workers, time limits."""
