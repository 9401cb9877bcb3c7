{{ config(parameters=['gebietsstand := null', 'as_of := null']) }}
{{ counts_on('housing') }}
