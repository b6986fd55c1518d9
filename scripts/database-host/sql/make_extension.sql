-- The extension :name in the empty database :draft, by the function that allow_extensions.sql has put there.
SELECT console_extensions.make(:'draft', :'name', :'place') \g /dev/null
