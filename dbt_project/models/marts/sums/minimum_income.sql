{{ summands('benefit_receipt', 'persons', ['benefit', 'setting', 'sex', 'nationality', 'age_group'], roots={'benefit': 'MINDESTSICHERUNG'}) }}
