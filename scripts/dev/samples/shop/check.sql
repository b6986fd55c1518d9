SELECT count(*) > 0 FROM shop_order
