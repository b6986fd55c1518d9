\ir refuse_copy.sql
\ir swap.sql
