"""What everything stands on: arguments looked at, errors that say what is allowed, whole files, folders."""
