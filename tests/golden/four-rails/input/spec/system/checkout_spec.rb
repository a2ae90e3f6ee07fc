RSpec.describe "Checkout", type: :system do; end
