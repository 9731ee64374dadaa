"""The report as one HTML page that needs no network: figures, tables, every conversation."""

from mhsim.report.html.page import page as page
