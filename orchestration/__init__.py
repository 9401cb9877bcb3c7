"""When: the Dagster graph and the command line that stand on sources, expectations and exports."""
