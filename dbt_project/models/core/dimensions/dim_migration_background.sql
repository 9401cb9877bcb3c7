{{ code_dimension('migration_background') }}
