class Order
end
# a remark
