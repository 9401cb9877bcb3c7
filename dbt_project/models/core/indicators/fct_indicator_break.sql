{{ breaks_in_series(built('fct_indicator')) }}
