{{ config(parameters=['gebietsstand := null', 'as_of := null']) }}
{{ counts_on('census_2011') }}
