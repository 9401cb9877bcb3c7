# ruff: noqa: E501 - the table of sentences reads better with one sentence a line
"""What can be wrong with a delivered file, in words a person can act on.

Each problem has a stable code and, in German and English, what is wrong and what to do. The words stand here
once; a reader names the code and the facts (`sources.errors`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class ProblemWords:
    """Templates (`str.format` over the facts) of one kind of problem."""

    what_de: str
    todo_de: str
    what_en: str
    todo_en: str


_FETCH_AGAIN_DE = "Datei noch einmal vollständig beim Herausgeber abrufen."
_FETCH_AGAIN_EN = "Fetch the whole file from the publisher once more."
_LAYOUT_DE = "Hat der Herausgeber die Tabelle geändert, das neue Layout in der Deklaration ergänzen; sonst neu abrufen."
_LAYOUT_EN = (
    "If the publisher changed the table, add the new layout to the declaration; otherwise fetch it again."
)

PROBLEMS: dict[str, ProblemWords] = {
    "missing_file": ProblemWords(
        "Die Datei fehlt oder ist nicht lesbar ({reason})", "Datei erneut ablegen.",
        "the file is missing or cannot be read ({reason})", "Put the file there again.",
    ),
    "withdrawn_before": ProblemWords(
        "Diese Lieferung wurde zurückgezogen ({reason}) und zählt nicht, auch wenn sie noch einmal kommt",
        "Die berichtigte Datei liefern; soll diese doch zählen: `planstat sources reinstate {snapshot} --because …`.",
        "this delivery was withdrawn ({reason}) and does not count, although it came again",
        "Deliver the corrected file; if this one shall count after all: `planstat sources reinstate {snapshot} --because …`.",
    ),
    "empty_file": ProblemWords(
        "Die Datei ist leer", _FETCH_AGAIN_DE, "the file is empty", _FETCH_AGAIN_EN,
    ),
    "too_large": ProblemWords(
        "Die Datei ist mit {size} Bytes größer als erlaubt ({limit})", "Prüfen, ob es die richtige Datei ist.",
        "the file has {size} bytes, more than allowed ({limit})", "Check whether it is the right file.",
    ),
    "html_page": ProblemWords(
        "Statt der Tabelle kam eine Webseite (HTML), meist eine Fehler- oder Anmeldeseite",
        "Adresse und Anmeldung prüfen, dann neu abrufen.",
        "this is a web page (HTML) instead of the table, usually an error or login page",
        "Check address and login, then fetch again.",
    ),
    "json_answer": ProblemWords(
        "Statt der Tabelle kam eine Antwort der Schnittstelle: {found}", "Meldung der Schnittstelle beheben.",
        "this is an answer of the interface instead of the table: {found}", "Deal with what the interface says.",
    ),
    "not_text": ProblemWords(
        "Die Datei ist kein Text ({found})", "Als CSV speichern oder abrufen und erneut ablegen.",
        "the file is not text ({found})", "Save or fetch it as CSV and deliver it again.",
    ),
    "wrong_encoding": ProblemWords(
        "Die Zeichenkodierung ist nicht die erwartete: {found}",
        "Datei unverändert neu abrufen; hat der Herausgeber umgestellt, die Deklaration (encoding) ändern.",
        "the character encoding is not the expected one: {found}",
        "Fetch the file again untouched; if the publisher changed it, change the declaration (encoding).",
    ),
    "damaged_text": ProblemWords(
        "Umlaute sind beschädigt: {found}",
        "Datei unverändert neu abrufen; sie wurde in einer falschen Kodierung geöffnet und gespeichert.",
        "letters are damaged: {found}",
        "Fetch the file again untouched; it was opened in a wrong encoding and saved.",
    ),
    "excel_error": ProblemWords(
        "Die Zelle enthält einen Fehler von Excel ({found}), keinen Wert",
        "Wert eintragen; fehlt er, das Zeichen dafür oder nichts eintragen, wo das erlaubt ist.",
        "the cell holds an error of Excel ({found}) and no value",
        "Enter the value; if there is none, its sign, or nothing where that is allowed.",
    ),
    "not_yet": ProblemWords(
        "Die Zeitangabe {found!r} liegt in der Zukunft", "Zeitangabe berichtigen.",
        "the time {found!r} lies in the future", "Correct the time.",
    ),
    "part_above_whole": ProblemWords(
        "„{part}“ ist mit {found} größer als „{whole}“ mit {limit}", "Beide Zahlen nachsehen und berichtigen.",
        "'{part}' is {found} and larger than '{whole}', which is {limit}", "Look up both figures and correct them.",
    ),
    "ends_before": ProblemWords(
        "„{later}“ ist {found} und liegt vor „{earlier}“ ({limit})", "Beide Tage nachsehen und berichtigen.",
        "'{later}' is {found} and lies before '{earlier}' ({limit})", "Look up both days and correct them.",
    ),
    "names_a_person": ProblemWords(
        "„{header}“ nennt eine Person ({found!r})", "Die Organisation, Stelle oder Funktion eintragen, keine Person.",
        "'{header}' names a person ({found!r})", "Give the organisation, office or function, and no person.",
    ),
    "sum_differs": ProblemWords(
        "„{whole}“ ist {found}, seine Teile in der Zeile ergeben {together}", "Die Zahlen nachsehen und berichtigen.",
        "'{whole}' is {found}, its parts in the line add up to {together}", "Look up the figures and correct them.",
    ),
    "mixed_line_ends": ProblemWords(
        "Zeilenenden sind gemischt", "Datei unverändert neu abrufen; nicht in einem Editor speichern.",
        "line ends are mixed", "Fetch the file again untouched; do not save it in an editor.",
    ),
    "no_table_line": ProblemWords(
        "Die erste Zeile nennt keine Tabelle („GENESIS-Tabelle: {expected}“ erwartet), gefunden: {found!r}",
        _FETCH_AGAIN_DE,
        "the first line names no table ('GENESIS-Tabelle: {expected}' expected), found: {found!r}",
        _FETCH_AGAIN_EN,
    ),
    "wrong_table": ProblemWords(
        "Die Datei enthält Tabelle {found}, erwartet wird {expected}",
        "Dateinamen berichtigen oder die richtige Tabelle abrufen.",
        "the file holds table {found}, expected is {expected}",
        "Correct the file's name or fetch the right table.",
    ),
    "truncated": ProblemWords(
        "Die Datei ist unvollständig: {missing} fehlt am Ende", _FETCH_AGAIN_DE,
        "the file is incomplete: {missing} is missing at its end", _FETCH_AGAIN_EN,
    ),
    "no_rows": ProblemWords(
        "Die Tabelle enthält keine Datenzeilen", "Auswahl von Jahren und Gebieten beim Abruf prüfen.",
        "the table holds no rows of data", "Check the years and areas asked for.",
    ),
    "unknown_header": ProblemWords(
        "Unbekannter Tabellenkopf: erwartet {expected}, gefunden {found} (nächstes Layout: {layout})", _LAYOUT_DE,
        "unknown header: expected {expected}, found {found} (closest layout: {layout})", _LAYOUT_EN,
    ),
    "unknown_unit": ProblemWords(
        "Unbekannte Einheit: erwartet {expected}, gefunden {found}",
        "Einheit prüfen; hat der Herausgeber umgestellt, ist das ein Bruch der Reihe und eine neue Messgröße.",
        "unknown unit: expected {expected}, found {found}",
        "Check the unit; if the publisher changed it, that is a break in the series and a new measure.",
    ),
    "wrong_width": ProblemWords(
        "Die Zeile hat {found} Felder statt {expected}", "Zeile ansehen; " + _FETCH_AGAIN_DE,
        "the line has {found} fields instead of {expected}", "Look at the line; " + _FETCH_AGAIN_EN,
    ),
    "bad_quotes": ProblemWords(
        "Anführungszeichen sind nicht geschlossen", _FETCH_AGAIN_DE,
        "quotation marks are not closed", _FETCH_AGAIN_EN,
    ),
    "bad_time": ProblemWords(
        "Zeitangabe nicht lesbar: {reason}", "Zeitspalte prüfen; Spalten verschoben?",
        "time cannot be read: {reason}", "Check the time column; are columns shifted?",
    ),
    "no_area_code": ProblemWords(
        "{found!r} kann kein amtlicher Gebietsschlüssel sein",
        "Schlüssel prüfen: DG, Land 2, Bezirk 3, Kreis 5, Gemeinde 8 Ziffern mit führender Null.",
        "{found!r} cannot be an official area code",
        "Check the code: DG, Land 2, region 3, district 5, municipality 8 digits with leading zero.",
    ),
    "unknown_area": ProblemWords(
        "Gebietsschlüssel {found!r} ({name}) steht in keinem Gebietsverzeichnis und in keiner bekannten Gebietsreform",
        "Spalten prüfen und neu abrufen; nach einer neuen Reform sie in town/reforms.csv eintragen.",
        "area code {found!r} ({name}) stands in no register of areas and in no reform on record",
        "Check the columns and fetch again; after a new reform enter it in town/reforms.csv.",
    ),
    "no_own_area": ProblemWords(
        "Gebietsschlüssel {found!r} ({name}) steht nicht in der Gebietsgliederung",
        "Schlüssel prüfen; ein neues Gebiet zuerst mit dem Vordruck gebietsgliederung abgeben.",
        "area code {found!r} ({name}) is not in the town's list of areas",
        "Check the code; hand in a new area with the form gebietsgliederung first.",
    ),
    "area_ended": ProblemWords(
        "Gebiet {found!r} ({name}) gab es zu {time} nicht mehr, es bestand bis {end}",
        "Zeitangabe und Schlüssel prüfen und neu abrufen.",
        "area {found!r} ({name}) did not exist any more at {time}, it ended on {end}",
        "Check time and code and fetch again.",
    ),
    "area_of_parts": ProblemWords(
        "Gebiet {found!r} ({name}) ist nicht von der untersten Ebene: es besteht aus Gebieten der Gliederung ({lines})",
        "Summenzeilen weglassen; Summen werden aus den Gebieten gebildet.",
        "area {found!r} ({name}) is not of the lowest level: other areas of the list make it up ({lines})",
        "Leave rows of sums out; sums are made from the areas.",
    ),
    "not_the_whole": ProblemWords(
        "Gebiet {found!r} ({name}) ist nicht die ganze Stadt ({whole})",
        "Die Angaben gelten für die Stadt als Ganzes: ihren Schlüssel eintragen.",
        "area {found!r} ({name}) is not the town as a whole ({whole})",
        "The figures are those of the whole town: give its code.",
    ),
    "key_against_name": ProblemWords(
        "Schlüssel und Name widersprechen sich: {found} heißt {own!r}, in der Zeile steht {name!r}; so heißt {other}",
        "Prüfen, ob eine Spalte für sich sortiert wurde; Schlüssel und Namen wieder zusammenbringen.",
        "key and name contradict each other: {found} is {own!r}, the line says {name!r}, which is {other}",
        "Check whether one column was sorted by itself, and bring keys and names together again.",
    ),
    "area_twice": ProblemWords(
        "Gebiet {found!r} ({name}) ist dasselbe wie {other!r}, und zu {time} stehen unter beiden Schlüsseln Zahlen",
        "Klären, welcher Schlüssel gilt, und die Zahlen unter dem anderen entfernen oder neu abrufen.",
        "area {found!r} ({name}) is the same as {other!r}, and there are numbers under both codes for {time}",
        "Find out which code holds and take the numbers under the other one out, or fetch again.",
    ),
    "same_time": ProblemWords(
        "Gebiet {area!r}: {found!r}, aber die Lieferung {snapshot} mit demselben Stand ({time}) sagt {before!r}",
        "Klären, welche Lieferung gilt, und die andere zurückziehen; sonst mit eigenem Stand neu abrufen.",
        "area {area!r}: {found!r}, but delivery {snapshot} of the same time ({time}) says {before!r}",
        "Find out which delivery holds and withdraw the other; otherwise fetch it again with a time of its own.",
    ),
    "area_not_listed": ProblemWords(
        "Gebiet {found!r} wird genannt, steht aber nicht in der Liste",
        "Schlüssel berichtigen oder das Gebiet mit seiner Gültigkeit in die Liste aufnehmen.",
        "area {found!r} is referred to but not in the list",
        "Correct the code, or add the area with its period of validity.",
    ),
    "area_reused": ProblemWords(
        "Schlüssel {found!r} steht für zwei Gebiete zur selben Zeit (auch Zeile {other})",
        "Jedem Gebiet einen eigenen Schlüssel geben; ein Schlüssel wird nie für ein anderes Gebiet wiederverwendet.",
        "code {found!r} stands for two areas at the same time (also line {other})",
        "Give each area a code of its own; a code is never used again for another area.",
    ),
    "area_ends_first": ProblemWords(
        "Gebiet {found!r} endet, bevor es beginnt", "Gültig ab und Gültig bis berichtigen.",
        "area {found!r} ends before it begins", "Correct its first day and the first day after.",
    ),
    "area_cycle": ProblemWords(
        "Gebiete sind einander übergeordnet: {found}", "Übergeordnetes Gebiet berichtigen.",
        "areas are each other's parents: {found}", "Correct the area above.",
    ),
    "area_goes_on": ProblemWords(
        "Früheres Gebiet {found!r} endet nicht am {day}, an dem das neue beginnt",
        "Gültig bis des früheren Gebiets auf diesen Tag setzen oder den früheren Schlüssel streichen.",
        "former area {found!r} does not end on {day}, when the new one begins",
        "Let the former area end on that day, or leave its code out.",
    ),
    "shares_not_one": ProblemWords(
        "Die Anteile von {found!r} ergeben zusammen {total} statt 1 ({n} Zeilen)",
        "Fehlende Teile ergänzen oder Anteile berichtigen: was ein Gebiet abgab, muss ganz ankommen.",
        "the shares of {found!r} add to {total} instead of 1 ({n} rows)",
        "Add the missing parts or correct the shares: what an area gave away has to arrive whole.",
    ),
    "wrong_area_level": ProblemWords(
        "Gebietsschlüssel {found!r} gehört zur Ebene {level}, die für diese Tabelle nicht deklariert ist",
        "Richtige regionale Tiefe abrufen oder die Ebene in der Deklaration ergänzen.",
        "area code {found!r} is of level {level}, which is not declared for this table",
        "Fetch the right regional depth or add the level to the declaration.",
    ),
    "no_area_name": ProblemWords(
        "{found!r} kann kein Gebietsname sein", "Zeile ansehen; Spalten verschoben?",
        "{found!r} cannot be the name of an area", "Look at the line; are columns shifted?",
    ),
    "unknown_area_name": ProblemWords(
        "Kein Gebiet der Tabelle heißt {found!r}, oder die Zeile steht einmal zu viel",
        "Ist das Gebiet neu oder umbenannt, in der Deklaration (areas) ergänzen; ist es eine Summe, unter left_out.",
        "no area of the table is called {found!r}, or the row stands once too often",
        "If the area is new or renamed, add it to the declaration (areas); a total belongs to left_out.",
    ),
    "ambiguous_area_name": ProblemWords(
        "{found!r} steht für mehrere Gebiete, aber nicht jedes hat eine Zeile: welches gemeint ist, bleibt offen",
        "Tabelle vollständig abrufen; die Ebenen sind an der Reihenfolge der Zeilen zu erkennen.",
        "{found!r} stands for several areas, but not each has a row: which one is meant cannot be decided",
        "Fetch the whole table; levels are known by the order of rows.",
    ),
    "unknown_label": ProblemWords(
        "Unbekannte Ausprägung von {dimension}: {found!r}",
        "Ist sie neu, in der Codeliste (published) und bei den codes der Deklaration ergänzen.",
        "unknown label of {dimension}: {found!r}",
        "If it is new, add it to the code list (published) and to the declaration's codes.",
    ),
    "bad_value": ProblemWords(
        "{found!r} ist weder eine Zahl in der Schreibweise {notation} noch ein Zeichen der Legende ({signs})",
        "Zelle prüfen; keine Tausenderpunkte. Ein neues Zeichen in dialects.yml ergänzen.",
        "{found!r} is neither a number written like {notation} nor a sign of the legend ({signs})",
        "Check the cell; no thousands points. Add a new sign to dialects.yml.",
    ),
    "duplicate_key": ProblemWords(
        "Die Zeile wiederholt den Schlüssel {found} aus Zeile {first}", _FETCH_AGAIN_DE,
        "the line repeats the key {found} of line {first}", _FETCH_AGAIN_EN,
    ),
    "missing_value": ProblemWords(
        "Die Pflichtspalte {column_name} ist leer", "Zelle ausfüllen.",
        "the required column {column_name} is empty", "Fill in the cell.",
    ),
    "bad_pattern": ProblemWords(
        "{found!r} passt nicht zum deklarierten Muster {pattern} der Spalte {column_name}", "Zelle prüfen.",
        "{found!r} does not match the declared pattern {pattern} of column {column_name}", "Check the cell.",
    ),
    "bad_type": ProblemWords(
        "{found!r} ist {kind} nicht (Spalte {column_name})",
        "Zelle prüfen; was fehlt, bleibt leer, Zahlen stehen ohne Tausenderzeichen.",
        "{found!r} is not {kind} (column {column_name})",
        "Check the cell; what is missing stays empty, numbers have no thousands marks.",
    ),
    "incomplete_delivery": ProblemWords(
        "Zur Lieferung fehlen: {missing}", "Alle zusammengehörigen Dateien gemeinsam ablegen.",
        "the delivery lacks: {missing}", "Put all files that belong together in one place.",
    ),
    "reader_failed": ProblemWords(
        "Das Leseprogramm ist an der Datei gescheitert ({reason})",
        "Das ist ein Fehler im Programm: Datei und Meldung an die Entwicklung geben.",
        "the reader failed on this file ({reason})",
        "This is a defect of the program: hand file and message to its developers.",
    ),
    "wrong_statistic": ProblemWords(
        "Die Zeile gehört zur Statistik {found}, erwartet wird {expected}",
        "Dateinamen berichtigen oder die richtige Tabelle abrufen; Spalten verschoben?",
        "the line belongs to statistic {found}, expected is {expected}",
        "Correct the file's name or fetch the right table; are columns shifted?",
    ),
    "unknown_variable": ProblemWords(
        "Unbekanntes Merkmal {found!r}, erwartet wird {expected}",
        "Hat der Herausgeber die Tabelle geändert, das Merkmal in der Deklaration ergänzen; Spalten verschoben?",
        "unknown variable {found!r}, expected is {expected}",
        "If the publisher changed the table, add the variable to the declaration; are columns shifted?",
    ),
    "unknown_code": ProblemWords(
        "Unbekannter Ausprägungscode von {dimension}: {found!r}",
        "Ist er neu, im Format der Deklaration ergänzen; Spalten verschoben?",
        "unknown attribute code of {dimension}: {found!r}",
        "If it is new, add it to the format in the declaration; are columns shifted?",
    ),
    "no_label": ProblemWords(
        "{found!r} kann keine Bezeichnung sein", "Zeile ansehen; Spalten verschoben?",
        "{found!r} cannot be a label", "Look at the line; are columns shifted?",
    ),
    "unknown_quality": ProblemWords(
        "Das Qualitätszeichen {found!r} passt nicht zum Wert oder steht nicht in der Legende ({signs})",
        "Zelle prüfen. Ein neues Zeichen in dialects.yml ergänzen.",
        "the quality sign {found!r} does not fit its value or is not in the legend ({signs})",
        "Check the cell. Add a new sign to dialects.yml.",
    ),
    "line_too_long": ProblemWords(
        "Die Zeile ist länger als {limit} Bytes", _FETCH_AGAIN_DE,
        "the line is longer than {limit} bytes", _FETCH_AGAIN_EN,
    ),
    "bad_cell_id": ProblemWords(
        "{found!r} ist keine Gitterzelle von {resolution} (CRS3035RES{metres}mN…E…)",
        "Auflösung der Datei und Zeile prüfen; Spalten verschoben?",
        "{found!r} is no grid cell of {resolution} (CRS3035RES{metres}mN…E…)",
        "Check the file's resolution and the line; are columns shifted?",
    ),
    "bad_cell_centre": ProblemWords(
        "Der Mittelpunkt {found} liegt nicht in der Mitte der Gitterzelle {cell_id}", _FETCH_AGAIN_DE,
        "the centre {found} is not the middle of grid cell {cell_id}", _FETCH_AGAIN_EN,
    ),
    "no_workbook": ProblemWords(
        "Das ist keine lesbare Excel-Arbeitsmappe ({reason})",
        "Ist es die Datei eines anderen Datensatzes oder ein abgebrochener Abruf? Neu speichern oder abrufen.",
        "this is no readable Excel workbook ({reason})",
        "Is this the file of another dataset, or a cut download? Save or fetch it again.",
    ),
    "wrong_sheets": ProblemWords(
        "Das Blatt {expected!r} gibt es nicht genau einmal; die Arbeitsmappe hat {found}",
        "Blätter nicht umbenennen; ist es die Datei eines anderen Datensatzes?",
        "there is not exactly one sheet {expected!r}; the workbook has {found}",
        "Do not rename sheets; is this the file of another dataset?",
    ),
    "macros": ProblemWords(
        "Die Arbeitsmappe enthält Makros oder Verknüpfungen zu anderen Dateien ({part})",
        "Als einfache .xlsx nur mit Werten speichern und neu abgeben.",
        "the workbook holds macros or links to other files ({part})",
        "Save it as a plain .xlsx with values only, and hand it in again.",
    ),
    "absurd_size": ProblemWords(
        "Das Blatt oder die Arbeitsmappe ist unsinnig groß ({found})",
        "Löschen, was weit außerhalb der Tabelle steht, und neu abgeben.",
        "the sheet or the workbook is absurdly large ({found})",
        "Delete what stands far outside the table, and hand the file in again.",
    ),
    "formula": ProblemWords(
        "Eine Zelle enthält eine Formel; ihr gespeichertes Ergebnis kann veraltet sein",
        "Formeln durch ihre Werte ersetzen (kopieren, Werte einfügen) und neu abgeben.",
        "a cell holds a formula, and its stored result may be old",
        "Replace formulas by their values (copy, paste values), and hand the file in again.",
    ),
    "below_the_end": ProblemWords(
        "Unter dem Ende der Tabelle (einer leeren Zeile) stehen noch Angaben",
        "Leere Zeilen zwischen den Angaben löschen; fehlen Zeilen, neu abrufen.",
        "there is data below the end of the table (an empty row)",
        "Delete empty rows between the data; if rows are missing, fetch the file again.",
    ),
    "beside_the_table": ProblemWords(
        "Rechts neben der letzten deklarierten Spalte steht eine Zelle",
        "Sind Spalten verschoben? Die Zelle leeren oder die neue Spalte deklarieren.",
        "there is a cell to the right of the last declared column",
        "Are columns shifted? Empty the cell, or declare the new column.",
    ),
    "field_too_long": ProblemWords(
        "Ein Feld ist länger als {limit} Zeichen", "Zeile ansehen; ist ein Anführungszeichen nicht geschlossen?",
        "a field is longer than {limit} characters", "Look at the line; is a quotation mark not closed?",
    ),
    "file_name": ProblemWords(
        "Der Dateiname ist nicht brauchbar ({reason})",
        "Die Datei umbenennen: höchstens {limit} Zeichen, Umlaute als UTF-8.",
        "the file's name cannot be used ({reason})",
        "Rename the file: at most {limit} characters, letters as UTF-8.",
    ),
    "packed": ProblemWords(
        "Das ist ein Archiv (ZIP), das nicht ausgepackt wird",
        "Auspacken und die Dateien einzeln ablegen.",
        "this is an archive (ZIP) that is not unpacked",
        "Unpack it, and put its files there one by one.",
    ),
    "bad_archive": ProblemWords(
        "Das Archiv ist nicht lesbar oder nicht sicher ({reason})",
        "Von Hand ansehen und die Dateien einzeln ablegen.",
        "the archive cannot be read or is not safe ({reason})",
        "Look at it by hand, and put its files there one by one.",
    ),
    "no_draft": ProblemWords(
        "Das ist {found} ohne eine Tabelle, die sich entwerfen lässt",
        "Mit „planstat sources new KENNUNG“ eine Vorlage schreiben lassen und ausfüllen.",
        "this is {found} without a table that can be drafted",
        "Let `planstat sources new ID` write a template, and fill it in.",
    ),
    "no_draft_header": ProblemWords(
        "Spalten ohne eigene Überschrift lassen sich nicht entwerfen: {columns}",
        "Mit „planstat sources new KENNUNG“ eine Vorlage schreiben lassen und ausfüllen.",
        "columns without a heading of their own cannot be drafted: {columns}",
        "Let `planstat sources new ID` write a template, and fill it in.",
    ),
    "not_declared": ProblemWords(
        "Die Datei gehört zu keinem deklarierten Datensatz",
        "Dateinamen prüfen („planstat sources check ORDNER“ zeigt, was erkannt wird) oder den Datensatz "
        "deklarieren: „planstat sources new DATEI“ entwirft ihn.",
        "the file belongs to no declared dataset",
        "Check its name (`planstat sources check FOLDER` shows what is recognised), or declare the dataset: "
        "`planstat sources new FILE` drafts it.",
    ),
    "no_form": ProblemWords(
        "Die Datei ist kein Vordruck und keine bekannte Tabelle",
        "Mit dem leeren Vordruck vergleichen („planstat form“ schreibt ihn): Überschriften und Blattname müssen die des "
        "Vordrucks sein. Eine neue Tabelle meldet man der Stelle, die planstat betreibt.",
        "the file is no form and no table that is known",
        "Compare it with the empty form (`planstat form` writes it): headings and sheet must be those of the form. "
        "Tell the office that runs planstat of a new table.",
    ),
    "not_by_hand": ProblemWords(
        "Dieser Datensatz wird nicht über den Eingangsordner angenommen", "Datei wieder entfernen.",
        "this dataset is not taken from the drop folder", "Remove the file.",
    ),
    "no_plain_file": ProblemWords(
        "Das ist keine gewöhnliche Datei, sondern eine Verknüpfung oder ein Gerät",
        "Die Datei selbst in den Eingangsordner kopieren.",
        "this is no plain file but a link or device", "Copy the file itself into the drop folder.",
    ),
    "unreadable": ProblemWords(
        "Die Datei ist nicht lesbar: {reason}", _FETCH_AGAIN_DE,
        "the file cannot be read: {reason}", _FETCH_AGAIN_EN,
    ),
}  # fmt: skip


OF_PUBLISHER = re.compile(r"abrufen|Abruf|Herausgeber|Deklaration|deklarier|dialects|Codeliste|Layout")
"""A remedy with one of these words is for whoever fetches a publisher's file."""

HAND_IN_AGAIN_DE = "Im Vordruck nachsehen, berichtigen und neu abgeben."
HAND_IN_AGAIN_EN = "Look at it in the form, correct it and hand it in again."
_SAVE_DE = (
    "In Excel öffnen, als „CSV UTF-8 (durch Trennzeichen getrennt)“ oder als .xlsx speichern und neu abgeben."
)
_SAVE_EN = "Open it in Excel, save it as 'CSV UTF-8 (Comma delimited)' or as .xlsx, and hand it in again."
_BLANK_DE = (
    "Die Angaben in einen leeren Vordruck übertragen (Überschriften und Blätter wie dort) und neu abgeben."
)
_BLANK_EN = "Put the entries into an empty form, with its headings and sheets, and hand it in again."

TODO_OF_FORM = {
    "wrong_encoding": (_SAVE_DE, _SAVE_EN),
    "damaged_text": (
        "Die Datei wurde falsch geöffnet und so gespeichert: aus der Arbeitsmappe neu als „CSV UTF-8“ speichern.",
        "The file was opened wrongly and saved so: save it anew as 'CSV UTF-8' from the workbook.",
    ),
    "mixed_line_ends": (_SAVE_DE, _SAVE_EN),
    "bad_quotes": (_SAVE_DE, _SAVE_EN),
    "not_text": (_SAVE_DE, _SAVE_EN),
    "no_workbook": (_SAVE_DE, _SAVE_EN),
    "unreadable": (_SAVE_DE, _SAVE_EN),
    "unknown_header": (_BLANK_DE, _BLANK_EN),
    "wrong_width": (_BLANK_DE, _BLANK_EN),
    "wrong_sheets": (_BLANK_DE, _BLANK_EN),
    "beside_the_table": (_BLANK_DE, _BLANK_EN),
    "unknown_label": (
        "Eine Angabe aus der Liste des Vordrucks wählen.",
        "Choose an entry from the list of the form.",
    ),
    "bad_value": (
        "Eine Zahl ohne Tausenderpunkte oder ein Zeichen der Anleitung eintragen.",
        "Enter a number without thousands marks, or a sign from the instructions.",
    ),
    "duplicate_key": ("Eine der beiden Zeilen streichen.", "Delete one of the two lines."),
}
"""Code -> what an office does about it that filled in a form."""
