{#-
  Codes of Gemeinden. Tables print the Gemeindeschlüssel (AGS, Kreis and Gemeinde part, 8 digits), in Rheinland-Pfalz and
  Niedersachsen with the association between the two (10 and 11 digits); the register has the Regionalschlüssel (ARS, 12
  digits, with an association everywhere). What both have is the AGS: it is the key here. The key of an association is its
  ARS of 9 digits.
-#}

{#- The key of the Gemeinde or association that a table prints; null for other areas. -#}
{% macro municipal_key(code) -%}
    case
        when length({{ code }}) = 7 then left({{ code }}, 5) || '50' || right({{ code }}, 2)
        when length({{ code }}) = 8 and starts_with({{ code }}, '03') and substr({{ code }}, 6, 1) = '4'
            then left({{ code }}, 5) || '5' || right({{ code }}, 3)
        when length({{ code }}) in (8, 10, 11) then left({{ code }}, 5) || right({{ code }}, 3)
    end
{%- endmacro %}

{#- The key of a town that is a Kreis, or a Land, of its own, printed under that code. -#}
{% macro key_of_town(code) -%}
    case when length({{ code }}) in (2, 5) and {{ code }} <> 'DG' then rpad({{ code }}, 8, '0') end
{%- endmacro %}

{#- The key of an area of the register. -#}
{% macro key_of_register(code) -%}
    case when length({{ code }}) = 12 then left({{ code }}, 5) || right({{ code }}, 3) else {{ code }} end
{%- endmacro %}

{#- A code that was filled with zeros to eight digits: the code of the Land, the Kreis or the Gemeinde. -#}
{% macro area_of_filled_code(code) -%}
    case
        when right({{ code }}, 6) = '000000' then left({{ code }}, 2)
        when right({{ code }}, 3) = '000' then left({{ code }}, 5)
        else {{ code }}
    end
{%- endmacro %}

{#- The levels of areas that are Gemeinden or made of some: thousands, so that products hold them apart from the others. -#}
{% macro municipal_levels() -%}
('GEMEINDE', 'GEMEINDEVERBAND')
{%- endmacro %}

{#- A Gemeinde's name without what stands behind a comma or in brackets: tables print ", Stadt" in one year and not in another. -#}
{% macro name_without_additions(name) -%}
    lower(trim(regexp_replace({{ name }}, '\s*[,(].*$', '')))
{%- endmacro %}
