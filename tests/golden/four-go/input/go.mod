module example.com/tide

go 1.25.1
