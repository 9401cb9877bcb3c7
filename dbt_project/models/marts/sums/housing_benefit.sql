{{ summands('benefit_receipt', 'households', ['benefit'], roots={'benefit': 'WOHNGELD'}) }}
