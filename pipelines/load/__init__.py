"""From journals to Xero: plan, outbox, client."""
