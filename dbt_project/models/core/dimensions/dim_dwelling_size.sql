{{ code_dimension('dwelling_size') }}
