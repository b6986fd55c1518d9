BEGIN READ ONLY;
SET LOCAL ROLE :"owner";
SELECT convert_from(decode(:'text', 'base64'), 'UTF8') \gexec
ROLLBACK;
