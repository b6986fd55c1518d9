-- What copy_privileges.sql could not carry over.
SELECT 'left_out=' || line
  FROM unnest(string_to_array(current_setting('console.left_out'), E'\n')) line WHERE line <> '';
