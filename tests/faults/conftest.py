"""The servers' brokers are tried where the servers are at hand."""

from conftest import SERVERS

collect_ignore = [] if SERVERS else ["test_redis.py", "test_rabbitmq.py", "test_servers_away.py"]
