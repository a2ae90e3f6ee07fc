RSpec.describe Order do
  it("exists") { expect(Order).to be }
end
