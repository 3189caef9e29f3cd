# SPDX-License-Identifier: Apache-2.0
"""The bench's own ends of the uplinks: an MQTT end, an InfluxDB end, a LoRaWAN network. They observe, and answer."""
