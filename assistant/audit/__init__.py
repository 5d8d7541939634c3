"""The audit trail: who did what, when, about which proposal; chained, signed outside the database, and checked."""

from assistant.audit.trail import AuditTag, AuditTrail, Examined, Finding, Head, Report

__all__ = ["AuditTag", "AuditTrail", "Examined", "Finding", "Head", "Report"]
