{{ election_by_kreis('btw2025-kreise') }}
