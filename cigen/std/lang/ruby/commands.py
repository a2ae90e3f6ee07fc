"""The commands with which a maintainer of this Ruby project would check it: suggestions for `cig init`."""

import re

from cigen.std.declared import DeclaredFiles
from cigen.std.lang.ruby.bundle import Bundle

__all__ = ["suggested_commands"]

_ADAPTERS = frozenset({"pg", "mysql2", "trilogy", "sqlite3"})
_TEST_TASK = re.compile(r"\b(?:Rake|Minitest)::TestTask\b")


def suggested_commands(files: DeclaredFiles, bundle: Bundle) -> tuple[str, ...]:
    """Lint first, then what the tests need, then the tests."""
    return (*_lint(files, bundle), *_tests(files, bundle))


def _lint(files: DeclaredFiles, bundle: Bundle) -> list[str]:
    commands = []
    if bundle.direct & {"rubocop", "rubocop-rails-omakase", "rubocop-rails", "rubocop-shopify"}:
        commands.append("bundle exec rubocop")
    elif "standard" in bundle.direct:
        commands.append("bundle exec standardrb")
    if "brakeman" in bundle.direct:
        commands.append("bundle exec brakeman --no-pager")
    if "bundler-audit" in bundle.direct:
        commands.append("bundle exec bundler-audit check --update")
    if "bin/importmap" in files:
        commands.append("bin/importmap audit")
    return commands


def _tests(files: DeclaredFiles, bundle: Bundle) -> list[str]:
    rspec = "rspec-core" in bundle.gems or bool(bundle.direct & {"rspec", "rspec-rails"})
    if not bundle.gems & {"rails", "railties"} or not ("bin/rails" in files or "config/database.yml" in files):
        if rspec:
            return ["bundle exec rspec"]
        return ["bundle exec rake test"] if _TEST_TASK.search(files.text("Rakefile")) else []
    rails = "bin/rails" if "bin/rails" in files else "bundle exec rails"
    # Rails applies DATABASE_URL to the environment it runs in alone, and by itself it prepares from development.
    database = bundle.gems & _ADAPTERS and "config/database.yml" in files
    prepare = [f"{rails} db:test:prepare RAILS_ENV=test"] if database else []
    return [*prepare, "bundle exec rspec" if rspec else f"{rails} test"]
