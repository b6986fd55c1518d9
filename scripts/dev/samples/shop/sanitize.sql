UPDATE shop_customer SET email = 'customer' || id || '@example.invalid';
