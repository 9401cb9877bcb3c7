"""KomMonitor: released indicators as a package to import, and sent to a server.

Interface: data-management 5.2 (`kommonitor_dataAccessAPI.yaml`, OpenAPI 3.0.3), and the importer's tables.
What the interface leaves open is taken from the server's source: https://github.com/KomMonitor/data-management.

content   what an edition has for KomMonitor: outlines, series, values beside
bodies    the bodies of requests, and the mapping of the importer's tables
package   the same as a folder of files
client    requests with a token, repeated where that is safe
ids       which thing there belongs to which here, and the log of what was sent
pushing   creates, updates, reads back
"""
