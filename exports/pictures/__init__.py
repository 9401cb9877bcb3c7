"""Pictures and pages for print, made from released editions: charts, maps, profiles of areas.

drawing      an SVG that grows by elements; lengths of text, ticks, signs for what is missing
imprint      source, licence and edition as they are printed inside
chart        series of areas over time
maps         values on outlines
profile      two pages about an area
typesetting  SVG to PNG, and pages to PDF, by Typst

What an edition hides stays hidden and says why. Typst (Apache-2.0) typesets offline, brings its fonts, and
enforces PDF/UA-1; no browser is needed. Fonts of the computer are left aside: the same file everywhere.
"""
