"""The close pack: an Excel workbook, one HTML page with charts, and Xero's import file, all from the warehouse."""
