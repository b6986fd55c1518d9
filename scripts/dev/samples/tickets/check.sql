SELECT count(*) > 0 FROM tickets_ticket
