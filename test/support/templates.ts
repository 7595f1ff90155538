/** A whole cluster template, written for tests of what surrounds the TOSCA reader. */
export const clusterTemplate = `tosca_definitions_version: tosca_simple_yaml_1_0
description: Three masters, slaves and a load balancer
topology_template:
  inputs:
    slave_num: { type: integer, default: 2, required: no }
    mesos_password: { type: string, required: yes }
  node_templates:
    mesos_master:
      type: tosca.nodes.indigo.MesosMaster
      properties:
        mesos_username: admin
        mesos_password: { get_input: mesos_password }
        marathon_password: 'literal-$ecret'
      requirements: [ host: mesos_master_server ]
    mesos_slave:
      type: tosca.nodes.indigo.MesosSlave
      properties:
        master_ips: { get_attribute: [ mesos_master_server, private_address ] }
        front_end_ip: { get_attribute: [ mesos_master_server, private_address, 0 ] }
      requirements: [ host: mesos_slave_server ]
    mesos_load_balancer:
      type: tosca.nodes.indigo.MesosLoadBalancer
      properties:
        master_ips: { get_attribute: [ mesos_master_server, private_address ] }
        marathon_password: { get_property: [ mesos_master, marathon_password ] }
      requirements: [ host: mesos_lb_server ]
    mesos_master_server:
      type: tosca.nodes.indigo.Compute
      capabilities:
        scalable: { properties: { count: 3 } }
        host: { properties: { num_cpus: 2, mem_size: 4 GB } }
    mesos_slave_server:
      type: tosca.nodes.indigo.Compute
      capabilities:
        scalable: { properties: { count: { get_input: slave_num } } }
        host: { properties: { num_cpus: 4, mem_size: 8 GB } }
    mesos_lb_server:
      type: tosca.nodes.indigo.Compute
      capabilities:
        endpoint: { properties: { network_name: PUBLIC } }
        host: { properties: { num_cpus: 1, mem_size: 2 GB } }
  outputs:
    mesos_lb_ips: { value: { get_attribute: [ mesos_lb_server, public_address ] } }
    password: { value: { get_input: mesos_password } }
`;
