UPDATE tickets_person SET name = 'Person ' || id;
