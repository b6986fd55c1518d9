\ir refuse_back.sql
\ir swap.sql
