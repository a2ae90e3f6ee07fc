class Order
end
