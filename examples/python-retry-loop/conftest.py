# Not needed where the package is installed: pip install helpers/python
pytest_plugins = ["flow_mock.pytest_plugin"]
