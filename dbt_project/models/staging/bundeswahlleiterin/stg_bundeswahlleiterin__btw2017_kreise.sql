{{ election_by_kreis('btw2017-kreise') }}
