with {{ newest_records('destatis', 'regionalschluessel-xoev') }}

{#-
  The list has lost one letter in some names and prints U+FFFD and another sign in its place: within a word it was ß, at
  its beginning Ü (the names of the register stand against it; for quarters of Hamburg and Bremen there is no other list).
  Berlin's Bezirke have twelve digits here and eight in the tables: 110010001001 is 11001001.
-#}
select
    records.snapshot_id,
    case
        when records.schluessel like '110%' and length(records.schluessel) = 12 and records.schluessel <> '110000000000'
            then left(records.schluessel, 5) || right(records.schluessel, 3)
        else records.schluessel
    end as area_code,
    regexp_replace(
        regexp_replace(records.bezeichnung, '([[:lower:]])\x{FFFD}.', '\1ß', 'g'), '\x{FFFD}.', 'Ü', 'g'
    ) as area_name,
    records.hinweis as note
from records
