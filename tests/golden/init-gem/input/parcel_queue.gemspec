Gem::Specification.new do |gem|
  gem.name = "parcel_queue"
  gem.version = "1.0.0"
  gem.required_ruby_version = [">= 3.2", "< 4.1"]
  gem.add_dependency "rack", ">= 3"
end
