"""What the data means: the dbt project, and the indicators it computes."""
